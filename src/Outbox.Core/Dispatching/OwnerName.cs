using System.Globalization;

namespace Outbox.Dispatching;

/// <summary>Who this dispatcher is, for leases and for the people who look: machine, process, and some chance for what shares both.</summary>
internal sealed class OwnerName(IRandomSource random)
{
    public string Value { get; } = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}-{Environment.ProcessId}-{Chance(random)}");

    private static string Chance(IRandomSource random)
    {
        Span<byte> bytes = stackalloc byte[4];
        random.Fill(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
