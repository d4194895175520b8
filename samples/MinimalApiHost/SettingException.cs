namespace MinimalApiHost;

/// <summary>A setting that the platform cannot start with.</summary>
internal sealed class SettingException : Exception
{
    public SettingException(string message)
        : base(message)
    {
    }

    public SettingException(string setting, string value, IEnumerable<string> known)
        : base($"The setting {setting} is '{value}'. Known are: {string.Join(", ", known)}. In the environment it is written {InEnvironment(setting)}.")
    {
    }

    /// <summary><c>Webhooks__Profile</c>, for the setting <c>Webhooks:Profile</c>.</summary>
    public static string InEnvironment(string setting) => setting.Replace(":", "__", StringComparison.Ordinal);
}
