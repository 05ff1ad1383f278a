import { context, propagation, SpanKind, SpanStatusCode, trace, type Attributes } from "@opentelemetry/api";
import { env } from "./env.ts";
import { log } from "./log.ts";

/** Hosts grant 30 s in all; a collector that does not answer must not use them up. */
const lastTracesMs = 3_000;

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL };

/**
 * Sends traces where OTEL_EXPORTER_OTLP_ENDPOINT says; does and loads nothing when it is not set. The other OTEL_
 * variables mean what OpenTelemetry says they mean. Returns what sends the last ones.
 */
export async function startTracing(role: "web" | "worker" | "engine"): Promise<() => Promise<void>> {
  if (!env.OTEL_EXPORTER_OTLP_ENDPOINT) return async () => undefined;
  const [{ NodeTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import("@opentelemetry/sdk-trace-node"),
      import("@opentelemetry/exporter-trace-otlp-http"),
      import("@opentelemetry/resources"),
    ]);
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ "service.name": `postroad-${role}` }),
    spanProcessors: [
      new BatchSpanProcessor(
        new OTLPTraceExporter({ url: `${env.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/$/, "")}/v1/traces` }),
      ),
    ],
  });
  provider.register();
  return () => provider.shutdown();
}

/**
 * Has the process send its last traces before it ends on a signal. For a server that ends itself when it has drained, as
 * Next's does, with a call that cannot wait: by then what was under way has been traced too.
 */
export function sendTracesBeforeExit(end: () => Promise<void>): void {
  const patience = () => new Promise((resolve) => setTimeout(resolve, lastTracesMs).unref());
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.prependOnceListener(signal, () => {
      const exit = process.exit.bind(process);
      let ending = false;
      // What comes behind the call must not run on: nothing of ours does, and Next's ends there.
      process.exit = ((code?: number) => {
        if (ending) return;
        ending = true;
        void Promise.race([end(), patience()])
          .catch((error: unknown) => log.warn({ err: error }, "the last traces could not be sent"))
          .finally(() => exit(code));
      }) as typeof process.exit;
    });
}

type Traced = {
  kind?: keyof typeof kinds;
  attributes?: Attributes;
  /** Headers of the request that asked for it: its trace goes on. */
  from?: Record<string, string | string[] | undefined>;
};

/** Does the work within a span; what it throws marks the span and is thrown on. Costs nothing without tracing. */
export function traced<T>(
  name: string,
  { kind = "internal", attributes, from }: Traced,
  work: () => Promise<T>,
) {
  const parent = from ? propagation.extract(context.active(), from) : context.active();
  const options = { kind: kinds[kind], attributes };
  return trace.getTracer("postroad").startActiveSpan(name, options, parent, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.recordException(error instanceof Error ? error : String(error));
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** What carries the current trace to whoever is called; empty without tracing. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}
