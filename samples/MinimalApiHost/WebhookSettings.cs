using Outbox;

namespace MinimalApiHost;

/// <summary>What the settings below <c>Webhooks</c> say to the outbox: its <see cref="WebhookOutboxOptions.Sending"/>, and the event types of the platform.</summary>
internal static class WebhookSettings
{
    private const string Section = "Webhooks";

    /// <exception cref="SettingException">A value is not of its setting's kind.</exception>
    public static void Apply(IConfiguration configuration, PlatformProfile platform, WebhookOutboxOptions outbox)
    {
        outbox.EventTypes = platform.EventTypes;
        try
        {
            configuration.Bind(Section, outbox.Sending);
        }
        catch (InvalidOperationException e)
        {
            // The binder names the setting and a type of .NET: "Failed to convert configuration value 'maybe' at 'Webhooks:…' to type '…'."
            var (setting, value) = configuration.AsEnumerable().FirstOrDefault(pair => e.Message.Contains($"'{pair.Key}'", StringComparison.OrdinalIgnoreCase));
            throw new SettingException(setting is null
                ? $"The settings {Section} cannot be used. {e.Message}"
                : $"The setting {SettingException.InEnvironment(setting)} is '{value}', which it cannot be. {Cure(setting)}");
        }
    }

    private static string Cure(string setting) => setting switch
    {
        _ when setting.Contains(":Allow", StringComparison.OrdinalIgnoreCase) && !setting.Contains(":Allowed", StringComparison.OrdinalIgnoreCase) => "Write true or false.",
        _ when setting.EndsWith("Timeout", StringComparison.OrdinalIgnoreCase) => "Write hours, minutes and seconds: 00:00:05.",
        _ when setting.Contains("Networks:", StringComparison.OrdinalIgnoreCase) => "Write a network: 10.20.0.0/16.",
        _ => "Write a number.",
    };
}
