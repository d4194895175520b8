namespace Outbox.Profiles;

/// <summary>What a profile's event types and holds must be so that they fit each other.</summary>
internal static class CatalogueRules
{
    /// <summary>What is wrong with a profile's event types and holds, each with values and cure; empty when nothing is.</summary>
    public static IEnumerable<string> Problems(WebhookProfile profile) => [.. EventTypeProblems(profile), .. HoldProblems(profile)];

    private static IEnumerable<string> EventTypeProblems(WebhookProfile profile)
    {
        if (profile.EventTypes is not { } types)
        {
            yield break;
        }

        if (types.Count == 0)
        {
            yield return "EventTypes is empty, so nothing could be sent; list the types, or set null for whatever the host enqueues.";
        }

        if (types.Any(string.IsNullOrWhiteSpace))
        {
            yield return "EventTypes has an empty type in it; take it out.";
        }

        foreach (var type in types.GroupBy(type => type, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            yield return $"EventTypes has '{type.Key}' {type.Count()} times; list it once.";
        }
    }

    private static IEnumerable<string> HoldProblems(WebhookProfile profile)
    {
        foreach (var (type, artifact, deadline) in profile.Holds)
        {
            if (string.IsNullOrWhiteSpace(type) || string.IsNullOrWhiteSpace(artifact))
            {
                yield return $"Holds has one for event type '{type}' and artifact '{artifact}'; name both.";
            }

            if (deadline <= TimeSpan.Zero || deadline > WebhookHold.MaxDeadline)
            {
                yield return $"Holds waits {deadline} for '{artifact}' of '{type}'; a deadline is more than zero "
                    + $"and at most {WebhookHold.MaxDeadline}.";
            }

            if (profile.EventTypes?.Contains(type, StringComparer.Ordinal) is false)
            {
                yield return $"Holds has one for event type '{type}', which EventTypes does not list: "
                    + $"{string.Join(", ", profile.EventTypes)}.";
            }
        }

        foreach (var twice in profile.Holds.GroupBy(hold => (hold.EventType, hold.Artifact)).Where(group => group.Count() > 1))
        {
            yield return $"Holds has '{twice.Key.Artifact}' of '{twice.Key.EventType}' {twice.Count()} times; give it one deadline.";
        }
    }
}
