import { SMTPServer } from "smtp-server";

// Takes every mail and keeps none. A process of its own, so that its work is not counted as the sender's.
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ["STARTTLS"],
  allowInsecureAuth: true,
  onAuth: (_auth, _session, done) => done(null, { user: "anyone" }),
  onData: (stream, _session, done) => {
    stream.on("data", () => undefined);
    stream.on("end", () => done());
  },
});
server.listen(0, "127.0.0.1", () => {
  const address = server.server.address();
  process.send?.(typeof address === "object" && address ? address.port : 0);
});
process.on("disconnect", () => process.exit(0));
