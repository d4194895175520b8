namespace Outbox;

/// <summary>
/// What to give to OpenTelemetry: <c>tracing.AddSource(WebhookTelemetry.ActivitySourceName)</c> and
/// <c>metrics.AddMeter(WebhookTelemetry.MeterName)</c>. docs/telemetry.md lists the spans, the metrics and the log lines.
/// </summary>
public static class WebhookTelemetry
{
    /// <summary>The name of the activity source: <c>Outbox</c>.</summary>
    public const string ActivitySourceName = "Outbox";

    /// <summary>The name of the meter: <c>Outbox</c>.</summary>
    public const string MeterName = "Outbox";
}
