using System.Globalization;
using Outbox.Profiles;
using Outbox.Signing;

namespace Outbox.Cli.Verifying;

/// <summary>What was found out about a captured request.</summary>
/// <param name="IsGenuine">Whether a receiver that does all right accepts it.</param>
/// <param name="Verdict">The verifier's sentence.</param>
/// <param name="Mistakes">What most likely went wrong, each with its cure; empty where it is genuine.</param>
/// <param name="DeliveryId">What to recognise a repeat by, where it is genuine.</param>
internal sealed record Diagnosis(bool IsGenuine, string Verdict, IReadOnlyList<string> Mistakes, string? DeliveryId)
{
    // As far as a TimeSpan between two dates can be.
    private static readonly TimeSpan AnyAge = TimeSpan.FromDays(365_000);

    /// <summary>Verifies the request, and where that fails tries one usual mistake after the other until the signature fits.</summary>
    public static Diagnosis Of(CapturedRequest request, WebhookProfile profile, string secret, TimeProvider clock, TimeSpan window)
    {
        var secrets = SecretVariant.Of(secret, profile.Signature.Key).ToList();
        var asGiven = Check(request.Body, profile, secrets[0], window);
        if (asGiven is { IsValid: true })
        {
            return new(true, "The signature is right, and the request is fresh.", [], asGiven.DeliveryId);
        }

        var verdict = asGiven?.Reason ?? SecretForm(profile, secret);
        return new(false, verdict, [.. Mistakes()], null);

        IEnumerable<string> Mistakes()
        {
            if (Check(request.Body, profile, secrets[0], AnyAge) is { IsValid: true })
            {
                yield return "The signature itself is right: only the time is not. Set this machine's clock; to judge an old capture as of then, give --at.";
                yield break;
            }

            var slips =
                from body in BodyVariant.Of(request.Body)
                from variant in secrets
                where Check(body.Bytes, profile, variant, AnyAge) is { IsValid: true }
                select string.Join(' ', new[] { body.Mistake, variant.Mistake }.OfType<string>());
            var others =
                from other in WebhookProfile.BuiltIn
                where !string.Equals(other.Name, profile.Name, StringComparison.Ordinal) && Check(request.Body, other, secrets[0], AnyAge) is { IsValid: true }
                select $"It is signed rightly under the profile '{other.Name}'. Verify it by that one, or put the endpoint with the profile {profile.Name}.";
            if (slips.Concat(others).FirstOrDefault() is { } slip)
            {
                yield return slip;
                yield break;
            }

            if (MillisecondsOf(request, profile) is { } header)
            {
                yield return $"The timestamp in {header} has 13 digits: it is in milliseconds, and seconds are signed.";
            }

            if (asGiven?.Failure is WebhookVerificationFailure.SignatureMismatch or null)
            {
                yield return "None of the usual slips of body and secret makes it fit. Most likely the secret is another endpoint's, or one from before a rotation: "
                    + "compare its last four characters with the endpoint's. Else the body was changed on its way; capture it before any framework reads it.";
            }
        }

        WebhookVerification? Check(byte[] body, WebhookProfile under, SecretVariant with, TimeSpan age)
        {
            var scheme = with.Key is { } key ? under.Signature with { Key = key } : under.Signature;
            try
            {
                return new WebhookVerifier(under with { Signature = scheme }, [with.Secret], clock, age).Verify(body, request.Headers);
            }
            catch (WebhookValidationException)
            {
                // This variant cannot be a key under this profile.
                return null;
            }
        }
    }

    private static string SecretForm(WebhookProfile profile, string secret)
    {
        try
        {
            _ = new WebhookVerifier(profile, secret);
            return "The secret cannot be used.";
        }
        catch (WebhookValidationException refused)
        {
            return refused.Message;
        }
    }

    private static string? MillisecondsOf(CapturedRequest request, WebhookProfile profile) =>
        profile.Signature.TimestampHeader is { } header
        && request.Headers.TryGetValue(header, out var value)
        && value.Length == 13
        && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? header
            : null;
}
