using Microsoft.Extensions.DependencyInjection;

namespace Outbox;

/// <summary>What <c>AddWebhookOutbox()</c> returns: choose a store on it (<c>.UseSqlite(…)</c>), and configure the rest.</summary>
public interface IWebhookOutboxBuilder
{
    /// <summary>The host's services.</summary>
    IServiceCollection Services { get; }

    /// <summary>The HTTP client that sends. Its primary handler guards addresses and follows nothing: replace it only in tests.</summary>
    IHttpClientBuilder HttpClient { get; }
}
