using Microsoft.Extensions.DependencyInjection;
using Outbox.AspNetCore.Security;
using Outbox.Endpoints;

#pragma warning disable IDE0130 // In the namespace that whoever calls AddWebhookOutbox has imported already.
namespace Outbox;
#pragma warning restore IDE0130

/// <summary>Chooses ASP.NET Core's data protection for the outbox's secrets.</summary>
public static class WebhookOutboxDataProtectionExtensions
{
    /// <summary>
    /// Encrypts endpoint secrets at rest with ASP.NET Core's data protection, each bound to its tenant and endpoint. Give the key ring a place that
    /// outlives the host and is shared by all hosts of a database, and a key of its own:
    /// <c>services.AddDataProtection().PersistKeysTo…().ProtectKeysWith…()</c>. Without the ring the secrets cannot be read, and nothing is sent.
    /// </summary>
    /// <remarks>
    /// Secrets are encrypted again when the ring has a new default key. A revoked key decrypts nothing: rotate the secrets that it protected.
    /// Keys that come back to the ring are seen after a restart at the latest.
    /// </remarks>
    /// <param name="builder">What <c>AddWebhookOutbox</c> returned. To move from <c>ProtectSecrets</c>, call this first and keep the other behind it.</param>
    public static IWebhookOutboxBuilder UseDataProtection(this IWebhookOutboxBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddDataProtection();
        builder.Services.AddSingleton<ISecretProtector, DataProtectionSecretProtector>();
        return builder;
    }
}
