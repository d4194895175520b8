using Outbox;

namespace MinimalApiHost;

/// <summary>Encrypts the endpoints' secrets by <c>Webhooks:SecretKey</c>; only on a developer's own machine may they lie open.</summary>
internal static class Secrets
{
    private const string Setting = "Webhooks:SecretKey";
    private const string Cure = "Set Webhooks__SecretKey to what 'openssl rand -base64 32' prints, and keep it: without it the stored secrets cannot be read.";

    public static IWebhookOutboxBuilder ProtectConfiguredSecrets(this IWebhookOutboxBuilder outbox, WebApplicationBuilder builder)
    {
        if (builder.Configuration[Setting] is { Length: > 0 } key)
        {
            try
            {
                return outbox.ProtectSecrets(key);
            }
            catch (ArgumentException)
            {
                throw new SettingException($"The setting {Setting} is not 32 bytes in base64. {Cure}");
            }
        }

        return builder.Environment.IsDevelopment()
            ? outbox.StoreSecretsInPlainText()
            : throw new SettingException($"The setting {Setting} is missing. {Cure}");
    }
}
