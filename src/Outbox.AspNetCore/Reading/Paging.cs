using System.Globalization;
using Outbox.AspNetCore.Answers;

namespace Outbox.AspNetCore.Reading;

/// <summary>How much of a list is asked for.</summary>
internal static class Paging
{
    public const int Most = 200;
    private const int Usual = 50;

    /// <exception cref="ProblemException">It is no number from 1 to 200.</exception>
    public static int Limit(string? limit)
    {
        if (string.IsNullOrEmpty(limit))
        {
            return Usual;
        }

        return int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= Most
            ? number
            : throw new ProblemException(Problem.Malformed($"'{limit}' is no limit. Give 1 to {Most}, and follow the cursor for more.", "limit"));
    }
}
