using System.Globalization;

namespace Outbox.Storage;

/// <summary>Where a store goes on, as the text that callers hand back: whole numbers of the store's own choice.</summary>
public static class StoreCursor
{
    /// <summary>The text of a place.</summary>
    /// <param name="place">The numbers that say where; none is negative.</param>
    public static string Format(params ReadOnlySpan<long> place)
    {
        var parts = new string[place.Length];
        for (var i = 0; i < place.Length; i++)
        {
            parts[i] = place[i].ToString(CultureInfo.InvariantCulture);
        }

        return string.Join('-', parts);
    }

    /// <summary>The numbers that <see cref="Format"/> was given.</summary>
    /// <param name="cursor">What the caller handed back.</param>
    /// <param name="count">How many numbers there must be.</param>
    /// <exception cref="WebhookValidationException">It is not such a text.</exception>
    public static long[] Parse(string cursor, int count)
    {
        ArgumentNullException.ThrowIfNull(cursor);
        var parts = cursor.Split('-');
        var place = new long[count];
        var isOne = parts.Length == count;
        for (var i = 0; isOne && i < count; i++)
        {
            isOne = long.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out place[i]);
        }

        return isOne
            ? place
            : throw new WebhookValidationException(
                "cursor", $"'{cursor}' is not a cursor of this store. Pass the NextCursor of the answer before, or null to begin.");
    }
}
