using Outbox.Signing;

namespace Outbox.Profiles;

/// <summary>What a profile must be so that deliveries can be sent and verified, checked when the host starts.</summary>
internal static class WebhookProfileRules
{
    public const int MaximumNameLength = 64;

    public static readonly TimeSpan MaximumTimeout = TimeSpan.FromSeconds(60);

    private static readonly HashSet<string> ReservedHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Accept", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Cookie", "Date", "Expect", "Host",
        "Keep-Alive", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent",
    };

    /// <summary>What is wrong with a profile, each sentence with its values and the cure; empty when nothing is.</summary>
    public static IEnumerable<string> Problems(WebhookProfile profile) =>
        NullProblems(profile) is { Count: > 0 } nulls
            ? nulls
            : new[]
            {
                NameProblems(profile), EnvelopeRules.Problems(profile.Envelope), SignatureRules.Problems(profile.Signature),
                HeaderProblems(profile), DedupeProblems(profile), AnswerProblems(profile), profile.Retries.Problems(),
                SecretProblems(profile), CatalogueRules.Problems(profile),
            }.SelectMany(problems => problems).Select(problem => $"Profile '{profile.Name}': {problem}");

    private static List<string> NullProblems(WebhookProfile profile) =>
    [
        .. new (string Name, object? Value)[]
        {
            (nameof(profile.Name), profile.Name),
            (nameof(profile.Envelope), profile.Envelope),
            (nameof(profile.Signature), profile.Signature),
            (nameof(profile.Retries), profile.Retries),
            (nameof(profile.Secret), profile.Secret),
            (nameof(profile.Holds), profile.Holds.Contains(null) ? null : profile.Holds),
        }.Where(part => part.Value is null)
            .Select(part => $"Profile '{profile.Name}': {part.Name} is null or has null in it; give it a value."),
    ];

    private static IEnumerable<string> NameProblems(WebhookProfile profile)
    {
        var name = profile.Name;

        if (name.Length is 0 or > MaximumNameLength || !char.IsAsciiLetterLower(name[0]) && !char.IsAsciiDigit(name[0])
            || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_'))
        {
            yield return $"Name is '{name}'; use 1 to {MaximumNameLength} of a-z, 0-9, '-' and '_', a letter or digit first.";
        }
    }

    private static IEnumerable<string> HeaderProblems(WebhookProfile profile)
    {
        var scheme = profile.Signature;
        var headers = new (string Property, string? Name)[]
        {
            ("Signature.Header", scheme.Header ?? ""),
            ("Signature.TimestampHeader", scheme.TimestampHeader),
            ("Signature.IdHeader", scheme.IdHeader),
            (nameof(profile.DeliveryIdHeader), profile.DeliveryIdHeader),
        };
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

        foreach (var (property, name) in headers.Where(header => header.Name is not null))
        {
            if (!SignatureRules.IsToken(name))
            {
                yield return $"{property} is '{name}', which is no header name; "
                    + "use letters, digits and '-', for example 'X-Acme-Signature'.";
            }
            else if (ReservedHeaders.Contains(name!))
            {
                yield return $"{property} is '{name}', which HTTP uses itself; choose another name, for example 'X-Acme-Signature'.";
            }
            else if (!seen.Add(name!))
            {
                yield return $"{property} is '{name}', which another header of the profile is called too; give each its own name.";
            }
        }
    }

    private static IEnumerable<string> DedupeProblems(WebhookProfile profile)
    {
        if (profile.DeliveryIdHeader is null && profile.Signature.IdHeader is null
            && !profile.Envelope.Fields.Any(field => field.Value is EnvelopeValue.DeliveryId or EnvelopeValue.EventId))
        {
            yield return "Nothing in a delivery lets the receiver recognise a repeat; set DeliveryIdHeader, for example 'X-Acme-Delivery', "
                + "or add a field with the delivery's id to the envelope.";
        }
    }

    private static IEnumerable<string> AnswerProblems(WebhookProfile profile)
    {
        if (profile.Success.From < 200 || profile.Success.To > 299 || profile.Success.From > profile.Success.To)
        {
            yield return $"Success is {profile.Success}; it starts at 200 or later, ends at 299 or earlier, "
                + "and does not end before it starts.";
        }

        if (profile.Timeout <= TimeSpan.Zero || profile.Timeout > MaximumTimeout)
        {
            yield return $"Timeout is {profile.Timeout}; it is more than zero and at most {MaximumTimeout}.";
        }
    }

    private static IEnumerable<string> SecretProblems(WebhookProfile profile)
    {
        var (minimum, largest) = profile.Signature.Key == SecretEncoding.WhsecBase64
            ? (SigningSecret.MinimumWhsecSize, SigningSecret.MaximumWhsecSize)
            : (1, SecretRule.MaximumLength);

        if (!Enum.IsDefined(profile.Secret.Requirement))
        {
            yield return $"Secret.Requirement is {(int)profile.Secret.Requirement}, which is no {nameof(SecretRequirement)}.";
        }

        if (profile.Secret.MinimumLength < minimum || profile.Secret.MinimumLength > largest)
        {
            yield return $"Secret.MinimumLength is {profile.Secret.MinimumLength}; for secrets of the form {profile.Signature.Key} it lies "
                + $"from {minimum} to {largest}.";
        }
    }
}
