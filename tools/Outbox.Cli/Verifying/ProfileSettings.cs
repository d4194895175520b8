using System.ComponentModel;
using Outbox.Profiles;
using Spectre.Console;
using Spectre.Console.Cli;

namespace Outbox.Cli.Verifying;

/// <summary>By which profile and secret requests are verified.</summary>
internal class ProfileSettings : CommandSettings
{
    /// <summary>Where the secret is read from when it is not given: a command line shows it to everybody.</summary>
    public const string SecretVariable = "OUTBOX_SECRET";

    [CommandOption("--profile <NAME>")]
    [Description("ttma, talkifai, topcalls, truedy, huskyvoice or standard. Default: standard.")]
    public string ProfileName { get; init; } = "standard";

    [CommandOption("--secret <SECRET>")]
    [Description("The endpoint's secret. Default: OUTBOX_SECRET.")]
    public string? Secret { get; init; } = Environment.GetEnvironmentVariable(SecretVariable);

    [CommandOption("--json")]
    [Description("Prints JSON, for scripts.")]
    public bool Json { get; init; }

    public WebhookProfile Profile => Find(ProfileName)!;

    public override ValidationResult Validate()
    {
        if (Find(ProfileName) is null)
        {
            return ValidationResult.Error(
                $"There is no profile '{ProfileName}'. Give one of {string.Join(", ", WebhookProfile.BuiltIn.Select(profile => profile.Name))}.");
        }

        return string.IsNullOrEmpty(Secret)
            ? ValidationResult.Error($"With which secret? Give --secret, or set {SecretVariable}.")
            : ValidationResult.Success();
    }

    private static WebhookProfile? Find(string name) =>
        WebhookProfile.BuiltIn.FirstOrDefault(profile => string.Equals(profile.Name, name, StringComparison.OrdinalIgnoreCase));
}
