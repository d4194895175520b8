using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Outbox.Deliveries;
using Spectre.Console;

namespace Outbox.Cli.Output;

/// <summary>How things look on a terminal, and how they are written for a script.</summary>
internal static class Printing
{
    private static readonly JsonSerializerOptions ForScripts = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>One line of JSON, which no terminal's width breaks.</summary>
    public static void WriteJson(this IAnsiConsole console, object value) =>
        console.Profile.Out.Writer.WriteLine(JsonSerializer.Serialize(value, ForScripts));

    public static string Text(DateTimeOffset? time) =>
        time?.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) ?? "";

    public static string Text(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMinutes:0} min"),
        { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalHours:0.0} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalDays:0.0} d"),
    };

    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A status in its colour, as markup.</summary>
    public static string Markup(DeliveryStatus status)
    {
        var colour = status switch
        {
            DeliveryStatus.Delivered => "green",
            DeliveryStatus.Exhausted => "red",
            DeliveryStatus.Parked => "yellow",
            DeliveryStatus.Cancelled => "grey",
            _ => "blue",
        };
        return $"[{colour}]{status.ToString().ToLowerInvariant()}[/]";
    }

    /// <summary>What was last heard of a delivery: a status code, an error's code, or nothing.</summary>
    public static string LastHeard(DeliveryInfo delivery) =>
        delivery.LastError ?? delivery.LastStatusCode?.ToString(CultureInfo.InvariantCulture) ?? "";

    /// <summary>Receivers' and customers' words, without what could steer the terminal.</summary>
    public static string Harmless(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            clean.Append(Rune.IsControl(rune) && rune.Value is not '\n' ? "\u00B7" : rune.ToString());
        }

        return clean.ToString();
    }
}
