using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Outbox;
using Outbox.Diagnostics;

// Where every library puts its Add method, so that it is found without a using.
#pragma warning disable IDE0130
namespace Microsoft.Extensions.DependencyInjection;
#pragma warning restore IDE0130

/// <summary>Adds the outbox to a host's health checks.</summary>
public static class WebhookOutboxHealthChecksExtensions
{
    private static readonly TimeSpan DefaultOldestDue = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Checks the outbox. It fails where the dispatcher's loop of this process has stopped turning, and while endpoints' secrets cannot be read
    /// (<see cref="IWebhookSecretStatus"/>); it is degraded while the database does not answer, claims fail or something is late. Its data has
    /// the counts of <see cref="WebhookBacklog"/> and where the dispatcher stands.
    /// </summary>
    /// <remarks>
    /// Each check counts the backlog: check every few seconds at most. It belongs on readiness, not on liveness: no restart brings a lost key back.
    /// </remarks>
    /// <param name="builder">What <c>AddHealthChecks()</c> returned.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="oldestDue">Degraded when a delivery that could be sent has been due for longer. Null: 2 minutes.</param>
    /// <param name="failureStatus">What a failure is reported as. Null: <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags to choose checks by.</param>
    /// <param name="timeout">How long a check may take. Null: no limit.</param>
    public static IHealthChecksBuilder AddWebhookOutbox(
        this IHealthChecksBuilder builder,
        string name = "webhook-outbox",
        TimeSpan? oldestDue = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(oldestDue ?? DefaultOldestDue, TimeSpan.Zero, nameof(oldestDue));
        return builder.Add(new HealthCheckRegistration(name, Build, failureStatus, tags, timeout));

        OutboxHealthCheck Build(IServiceProvider services) => services.GetService<DispatcherPulse>() is { } pulse
            ? new OutboxHealthCheck(
                services.GetRequiredService<IWebhookDeliveries>(), pulse, services.GetRequiredService<IWebhookSecretStatus>(), services.GetRequiredService<IOptions<WebhookOutboxOptions>>(), oldestDue ?? DefaultOldestDue)
            : throw new InvalidOperationException("There is no outbox to check: call services.AddWebhookOutbox() beside AddHealthChecks().AddWebhookOutbox().");
    }
}
