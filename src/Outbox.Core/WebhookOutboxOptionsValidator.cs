using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Outbox.Profiles;
using Outbox.Sending;

namespace Outbox;

/// <summary>Checks the settings when the host starts. Each message prints the values at fault and the cure.</summary>
internal sealed class WebhookOutboxOptionsValidator(IEnumerable<AddedProfile> added, IHostEnvironment? environment = null)
    : IValidateOptions<WebhookOutboxOptions>
{
    public ValidateOptionsResult Validate(string? name, WebhookOutboxOptions options)
    {
        List<string> problems =
        [
            .. Ranges(options),
            .. Leases(options),
            .. WebhookSendingOptionsRules.Problems(options.Sending),
            .. Development(options),
            .. added.SelectMany(a => WebhookProfileRules.Problems(a.Profile).Select(problem => $"Profile '{a.Profile.Name}': {problem}")),
        ];
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static IEnumerable<string> Ranges(WebhookOutboxOptions options) =>
    [
        .. Within(nameof(options.MaxInFlight), options.MaxInFlight, 1, 10_000),
        .. Within(nameof(options.MaxInFlightPerEndpoint), options.MaxInFlightPerEndpoint, 1, options.MaxInFlight, $"MaxInFlight, which is {options.MaxInFlight}"),
        .. Within(nameof(options.SweepInterval), options.SweepInterval, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
        .. Within(nameof(options.ProbeInterval), options.ProbeInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
        .. Within(nameof(options.DrainPerSecond), options.DrainPerSecond, 1, 10_000),
        .. Within(nameof(options.SecretOverlap), options.SecretOverlap, TimeSpan.Zero, TimeSpan.FromDays(30)),
        .. Within(nameof(options.MaxDataBytes), options.MaxDataBytes, 1024, 16 * 1024 * 1024),
        .. Within("Breaker.FailuresToBlock", options.Breaker.FailuresToBlock ?? 1, 1, 10_000),
        .. Within("Breaker.FirstBlock", options.Breaker.FirstBlock, TimeSpan.FromSeconds(1), options.Breaker.LongestBlock, $"Breaker.LongestBlock, which is {options.Breaker.LongestBlock}"),
        .. Within("Breaker.LongestBlock", options.Breaker.LongestBlock, TimeSpan.FromSeconds(1), TimeSpan.FromHours(24)),
        .. Within("Breaker.DisableAfter", options.Breaker.DisableAfter ?? TimeSpan.FromHours(1), TimeSpan.FromHours(1), TimeSpan.FromDays(365)),
        .. Within("Retention.KeepDelivered", options.Retention.KeepDelivered, TimeSpan.Zero, TimeSpan.FromDays(36_500)),
        .. Within("Retention.KeepExhausted", options.Retention.KeepExhausted, TimeSpan.Zero, TimeSpan.FromDays(36_500)),
        .. Within("Retention.Interval", options.Retention.Interval, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
        .. Within("Retention.BatchSize", options.Retention.BatchSize, 1, 10_000),
    ];

    private IEnumerable<string> Leases(WebhookOutboxOptions options)
    {
        var slowest = WebhookProfile.BuiltIn.Concat(added.Select(a => a.Profile)).MaxBy(profile => profile.Timeout)!;
        var attempt = options.Sending.LongestAttempt(slowest.Timeout);
        if (options.LeaseDuration < 2 * attempt)
        {
            yield return $"LeaseDuration is {options.LeaseDuration}, but the profile '{slowest.Name}' may take {attempt} for one attempt (Timeout {slowest.Timeout} and "
                + $"Sending.BodyTimeout {options.Sending.BodyTimeout}). Set LeaseDuration to at least twice that: {2 * attempt}.";
        }
    }

    private IEnumerable<string> Development(WebhookOutboxOptions options)
    {
        if (options.Sending is { AllowLocalReceivers: true, AllowLocalReceiversOutsideDevelopment: false }
            && environment is not null && !environment.IsDevelopment())
        {
            yield return $"Sending.AllowLocalReceivers is true in the environment '{environment.EnvironmentName}': customers could reach your own network. "
                + "Remove it, or, if it is meant, set Sending.AllowLocalReceiversOutsideDevelopment to true as well.";
        }
    }

    private static IEnumerable<string> Within<T>(string setting, T value, T least, T most, string? mostName = null)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            yield return $"{setting} is {value}. Set it from {least} to {mostName ?? most.ToString()}.";
        }
    }
}
