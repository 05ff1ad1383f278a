import { context, propagation, SpanKind, SpanStatusCode, trace, type Attributes } from "@opentelemetry/api";
import { env } from "./env.ts";

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
