using System.Globalization;

namespace Outbox.Profiles;

/// <summary>What an envelope must be so that its JSON survives being parsed and printed again by a receiver.</summary>
internal static class EnvelopeRules
{
    /// <summary>What is wrong with an envelope, each with values and cure; empty when nothing is.</summary>
    public static IEnumerable<string> Problems(WebhookEnvelope envelope)
    {
        var fields = envelope.Fields;

        foreach (var twice in fields.GroupBy(field => field.Name, StringComparer.Ordinal).Where(group => group.Count() > 1))
        {
            yield return $"Envelope has the name '{twice.Key}' more than once; a JSON object has each name once.";
        }

        foreach (var field in fields)
        {
            if (string.IsNullOrEmpty(field.Name) || field.Name.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            {
                yield return $"Envelope has a field without a printable ASCII name (it holds {field.Value}); name it, for example 'event'.";
            }
            else if (IsArrayIndex(field.Name))
            {
                yield return $"Envelope has the name '{field.Name}', which JavaScript would move to the front of the object; "
                    + "use a name that is not a whole number.";
            }

            if (!Enum.IsDefined(field.Value))
            {
                yield return $"Envelope's field '{field.Name}' holds {(int)field.Value}, which is no {nameof(EnvelopeValue)}.";
            }
        }

        var data = fields.Count(field => field.Value == EnvelopeValue.Data);

        if (fields.Count > 0 && data != 1)
        {
            yield return $"Envelope holds the data {data} times; it holds it once, or has no fields at all and the body is the data.";
        }
    }

    // ECMAScript's array index: the canonical spelling of 0 to 4294967294.
    private static bool IsArrayIndex(string name) =>
        uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < uint.MaxValue
        && string.Equals(index.ToString(CultureInfo.InvariantCulture), name, StringComparison.Ordinal);
}
