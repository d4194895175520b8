using System.Buffers.Text;
using System.Globalization;

namespace Outbox.Benchmarks.Harness;

/// <summary>A call as the platform tells of it: 2 KiB of JSON with a number in it, by which the sink knows it again.</summary>
internal sealed record Payload(long Number, string CallId, string From, double Duration, bool RecordingAvailable, string Summary)
{
    private static readonly string Words = string.Concat(Enumerable.Repeat("agent: How may I help you today? caller: My order has not arrived. ", 28));

    public static Payload Of(long number) => new(number, IdOf(number), "+16473705600", 132.5, false, Words);

    public static string IdOf(long number) => string.Create(CultureInfo.InvariantCulture, $"call_{number:D10}");

    /// <summary>The end of a call, owed to one endpoint.</summary>
    public static WebhookEvent Event(long number, int endpoint) => new("call.ended", Of(number)) { Scopes = [Customers.ScopeOf(endpoint)] };

    public static long NumberIn(ReadOnlySpan<byte> body)
    {
        var at = body.IndexOf("\"number\":"u8);
        return at >= 0 && Utf8Parser.TryParse(body[(at + 9)..], out long number, out _) ? number : -1;
    }
}
