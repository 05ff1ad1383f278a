/** Next calls this once, when a server starts. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const [{ startMetrics }, { startTracing }] = await Promise.all([
    import("#server/metrics"),
    import("#server/tracing"),
  ]);
  startMetrics("web");
  await startTracing("web");
}
