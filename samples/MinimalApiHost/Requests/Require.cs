using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Outbox;

namespace MinimalApiHost.Requests;

/// <summary>Refuses what cannot be meant in a request, in the same way as the outbox refuses what it cannot accept.</summary>
internal static class Require
{
    public static string Text(string field, [NotNull] string? value) =>
        string.IsNullOrWhiteSpace(value) ? throw new WebhookValidationException(field, $"Give '{field}': it is missing or empty.") : value;

    public static IReadOnlyList<string>? Texts(string field, IReadOnlyList<string>? values)
    {
        for (var i = 0; i < values?.Count; i++)
        {
            Text($"{field}[{i}]", values[i]);
        }

        return values;
    }

    /// <summary>A phone number in the form that endpoints listen to.</summary>
    public static string PhoneNumber(string field, string? value)
    {
        var number = Text(field, value).Trim();
        return number.Length is >= 8 and <= 16 && number[0] == '+' && number[1..].All(char.IsAsciiDigit)
            ? number
            : throw new WebhookValidationException(field, $"'{number}' is not a phone number in the form +16473705600 (E.164). In a query, write + as %2B.");
    }

    public static T OneOf<T>(string field, string value, IReadOnlyDictionary<string, T> known) =>
        known.TryGetValue(value, out var found)
            ? found
            : throw new WebhookValidationException(field, $"'{value}' is not a {field}. Known are: {string.Join(", ", known.Keys)}.");

    public static string OneOf(string field, string value, IReadOnlyCollection<string> known) =>
        known.Contains(value, StringComparer.Ordinal)
            ? value
            : throw new WebhookValidationException(field, $"'{value}' is not a {field}. Known are: {string.Join(", ", known)}.");

    public static int Whole(string field, string value) =>
        int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new WebhookValidationException(field, $"'{value}' is not a whole number. Give '{field}' in digits.");

    /// <summary>What a value becomes; where it cannot, the error names the field as the request has it.</summary>
    public static T Valid<T>(string field, string value, Func<string, T> make)
    {
        try
        {
            return make(value);
        }
        catch (WebhookValidationException e)
        {
            throw new WebhookValidationException(field, e.Message, e);
        }
    }
}
