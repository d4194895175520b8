using Microsoft.Extensions.DependencyInjection;

namespace Outbox.AspNetCore.Security;

/// <summary>One call of MapWebhookOutbox: its settings, and what its routes work with. It is also the mark by which its routes are found.</summary>
internal sealed class Mapping(IServiceProvider services, WebhookManagementOptions options)
{
    public WebhookManagementOptions Options { get; } = options;

    public IWebhookOutbox Outbox { get; } = services.GetRequiredService<IWebhookOutbox>();

    public TimeProvider Clock { get; } = services.GetRequiredService<TimeProvider>();
}
