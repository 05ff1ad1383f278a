/** @type {import("next").NextConfig} */
const config = {
  // `verify` builds into a folder of its own, so that it never disturbs a running `up`.
  distDir: process.env.NEXT_DIST_DIR ?? ".next",
  // Types are checked once, by `tsc --noEmit`.
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
  serverExternalPackages: ["@node-rs/argon2", "postgres", "pino", "nodemailer", "flydrive", "inngest"],
};

export default config;
