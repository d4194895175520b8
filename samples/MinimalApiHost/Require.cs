using System.Diagnostics.CodeAnalysis;
using Outbox;

namespace MinimalApiHost;

/// <summary>Refuses what is missing in a request, in the same way as the outbox refuses what it cannot accept.</summary>
internal static class Require
{
    public static string Text(string field, [NotNull] string? value) =>
        string.IsNullOrWhiteSpace(value) ? throw new WebhookValidationException(field, $"Give '{field}': it is missing or empty.") : value;

    public static IReadOnlyList<string>? Texts(string field, IReadOnlyList<string>? values)
    {
        foreach (var value in values ?? [])
        {
            Text($"{field}[]", value);
        }

        return values;
    }

    public static T OneOf<T>(string field, string value, IReadOnlyDictionary<string, T> known) =>
        known.TryGetValue(value, out var found)
            ? found
            : throw new WebhookValidationException(field, $"'{value}' is not a {field}. Known are: {string.Join(", ", known.Keys)}.");
}
