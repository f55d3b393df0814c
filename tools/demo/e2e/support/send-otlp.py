"""Sends a log record, a span and some metrics with OpenTelemetry's SDK for Python.

Arguments: grpc or http, the endpoint, the API key, the name of the service. Fails when an exporter does.
"""

import logging
import sys

from opentelemetry import trace
from opentelemetry._logs import set_logger_provider
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

transport, endpoint, key, service = sys.argv[1:]
if transport == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    options = lambda signal: {"endpoint": endpoint, "insecure": True, "headers": (("apikey", key),)}
else:
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    options = lambda signal: {"endpoint": f"{endpoint}/v1/{signal}", "headers": {"authorization": f"Hercules apiKey {key}"}}

resource = Resource({"service.name": service, "service.namespace": service, "deployment.environment.name": "e2e"})
tracers = TracerProvider(resource=resource)
tracers.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(**options("traces"))))
loggers = LoggerProvider(resource=resource)
loggers.add_log_record_processor(SimpleLogRecordProcessor(OTLPLogExporter(**options("logs"))))
set_logger_provider(loggers)
reader = PeriodicExportingMetricReader(OTLPMetricExporter(**options("metrics")))
meters = MeterProvider(resource=resource, metric_readers=[reader])

log = logging.getLogger("shop")
log.setLevel(logging.INFO)
log.addHandler(LoggingHandler(logger_provider=loggers))
with tracers.get_tracer("shop.orders").start_as_current_span("take order", kind=trace.SpanKind.SERVER, attributes={"http.request.method": "POST"}) as span:
    log.warning("order is late", extra={"order": 17})
    try:
        raise ValueError("no such item")
    except ValueError as error:
        log.exception("order failed")
        span.record_exception(error)
    print(format(span.get_span_context().trace_id, "032x"))
meter = meters.get_meter("shop.orders")
meter.create_counter(f"{service}_orders", unit="1").add(3, {"route": "/orders"})
meter.create_histogram(f"{service}_seconds", explicit_bucket_boundaries_advisory=[0.5, 1]).record(0.7)
if not (tracers.force_flush() and loggers.force_flush() and meters.force_flush()):
    sys.exit("an exporter failed")
