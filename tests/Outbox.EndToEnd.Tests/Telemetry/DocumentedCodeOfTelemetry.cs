using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Outbox.EndToEnd.Tests.Telemetry;

/// <summary>The code of docs/telemetry.md, compiled.</summary>
internal static class DocumentedCodeOfTelemetry
{
    public static void Check(WebApplicationBuilder builder)
    {
        builder.Services.AddHealthChecks().AddWebhookOutbox(tags: ["ready"]);
    }

    public static void Probe(WebApplication app)
    {
        app.MapHealthChecks("/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
        app.MapHealthChecks("/live", new HealthCheckOptions { Predicate = _ => false }); // that it answers is enough
    }

    public static void Listen(WebApplicationBuilder builder)
    {
        builder.Services.AddOpenTelemetry()
            .WithTracing(tracing => tracing.AddSource(WebhookTelemetry.ActivitySourceName))
            .WithMetrics(metrics => metrics.AddMeter(WebhookTelemetry.MeterName));
    }
}
