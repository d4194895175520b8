using Outbox.AspNetCore.Answers;

namespace Outbox.AspNetCore.Routes;

/// <summary>Texts of a request.</summary>
internal static class Requested
{
    /// <summary>Why somebody did it; what to write where they did not say.</summary>
    public static string Reason(string? reason, string otherwise) => string.IsNullOrWhiteSpace(reason) ? otherwise : reason.Trim();

    /// <summary>Something to look for; null where nothing is given.</summary>
    /// <exception cref="ProblemException">It has control characters, which no text in the outbox has and not every database can be asked for.</exception>
    public static string? Text(string field, string? value) =>
        string.IsNullOrWhiteSpace(value) ? null
        : IsText(value) ? value.Trim()
        : throw new ProblemException(Problem.Malformed("The value has control characters. Leave them out.", field));

    /// <summary>Whether a text could be an id of anything.</summary>
    public static bool IsText(string value) => !value.Any(char.IsControl);
}
