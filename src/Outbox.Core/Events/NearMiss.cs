namespace Outbox.Events;

/// <summary>Finds what somebody probably meant, for errors that teach.</summary>
internal static class NearMiss
{
    /// <summary><c> Did you mean 'call.ended'?</c>, or nothing where no candidate is near.</summary>
    public static string Suggest(string value, IEnumerable<string> candidates)
    {
        var nearest = candidates
            .Select(candidate => (Candidate: candidate, Distance: Distance(value, candidate)))
            .Where(pair => pair.Distance <= Math.Max(2, pair.Candidate.Length / 3))
            .OrderBy(pair => pair.Distance)
            .Select(pair => pair.Candidate)
            .FirstOrDefault();
        return nearest is null ? "" : $" Did you mean '{nearest}'?";
    }

    // Levenshtein's distance, without regard to case.
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 16)
        {
            return int.MaxValue;
        }

        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitution = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitution, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
