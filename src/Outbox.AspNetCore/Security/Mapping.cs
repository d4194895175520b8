using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Outbox.AspNetCore.Operations;

namespace Outbox.AspNetCore.Security;

/// <summary>One call of MapWebhookOutbox: its settings, and what its routes work with. It is also the mark by which its routes are found.</summary>
internal sealed class Mapping(IServiceProvider services, WebhookManagementOptions options)
{
    private readonly Lazy<OperationBoard> _operations = new(() => new OperationBoard(
        options.MaxRunningOperations,
        services.GetRequiredService<TimeProvider>(),
        services.GetRequiredService<ILogger<OperationBoard>>(),
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));

    public WebhookManagementOptions Options { get; } = options;

    public IWebhookOutbox Outbox { get; } = services.GetRequiredService<IWebhookOutbox>();

    public IWebhookTester Tester { get; } = services.GetRequiredService<IWebhookTester>();

    public TimeProvider Clock { get; } = services.GetRequiredService<TimeProvider>();

    public OperationBoard Operations => _operations.Value;

    /// <summary>The event types that the host enqueues, or null: any.</summary>
    public IReadOnlyCollection<string>? EventTypes { get; } = services.GetRequiredService<IOptions<WebhookOutboxOptions>>().Value.EventTypes;

    public CancellationToken HostStops { get; } = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
}
