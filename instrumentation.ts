/** Next calls this once, when a server starts. What another runtime cannot load stays within the condition. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const [{ startMetrics }, { endInTime }, { sendTracesBeforeExit, startTracing }] = await Promise.all([
      import("#server/metrics"),
      import("#server/shutdown"),
      import("#server/tracing"),
    ]);
    startMetrics("web");
    endInTime();
    sendTracesBeforeExit(await startTracing("web"));
  }
}
