const production = process.env.NODE_ENV === "production";

// Next writes its data as inline scripts; without a nonce per request (which would make every page dynamic) they need
// 'unsafe-inline'. Everything else comes from this origin only. Development also evaluates code and opens a socket.
const policy = {
  "default-src": "'self'",
  "script-src": production ? "'self' 'unsafe-inline'" : "'self' 'unsafe-inline' 'unsafe-eval'",
  "style-src": "'self' 'unsafe-inline'",
  "img-src": "'self' data: blob: https:",
  "font-src": "'self'",
  "connect-src": production ? "'self'" : "'self' ws: wss:",
  "frame-src": "'self' blob:",
  "frame-ancestors": "'self'",
  "form-action": "'self'",
  "base-uri": "'none'",
  "object-src": "'none'",
};

const headers = [
  {
    key: "Content-Security-Policy",
    value: Object.entries(policy)
      .map((rule) => rule.join(" "))
      .join("; "),
  },
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "SAMEORIGIN" },
  { key: "Referrer-Policy", value: "same-origin" },
  { key: "Permissions-Policy", value: "camera=(), microphone=(), geolocation=(), payment=()" },
  { key: "Cross-Origin-Opener-Policy", value: "same-origin" },
];

/** @type {import("next").NextConfig} */
const config = {
  // `verify` builds into a folder of its own, so that it never disturbs a running `up`.
  distDir: process.env.NEXT_DIST_DIR ?? ".next",
  // Types are checked once, by `tsc --noEmit`.
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
  // The badge of `next dev` covers the sidebar's foot.
  devIndicators: false,
  serverExternalPackages: [
    "@node-rs/argon2",
    "postgres",
    "pino",
    "nodemailer",
    "flydrive",
    "inngest",
    "prom-client",
    "@opentelemetry/api",
    "@opentelemetry/exporter-trace-otlp-http",
    "@opentelemetry/resources",
    "@opentelemetry/sdk-trace-node",
  ],
  headers: async () => [{ source: "/:path*", headers }],
};

export default config;
