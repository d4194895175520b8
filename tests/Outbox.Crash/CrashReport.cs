using System.Text.Json;

namespace Outbox.Crash;

/// <summary>What became of all deliveries of a run.</summary>
/// <param name="Store">The store.</param>
/// <param name="Cycles">How often the host was killed.</param>
/// <param name="Committed">The deliveries that committed events owed.</param>
/// <param name="Delivered">Those of them that arrived.</param>
/// <param name="Lost">Those that did not.</param>
/// <param name="Repeated">Requests for a delivery that had been accepted or torn off before.</param>
/// <param name="Phantom">Deliveries that arrived although their event was never committed.</param>
/// <param name="Broken">What was promised and did not hold, in sentences; empty if all is well.</param>
internal sealed record CrashReport(
    string Store, int Cycles, int Committed, int Delivered, int Lost, int Repeated, int Phantom, IReadOnlyList<string> Broken)
{
    public string ToJson() => JsonSerializer.Serialize(new
    {
        store = Store,
        cycles = Cycles,
        committed = Committed,
        delivered = Delivered,
        lost = Lost,
        repeated = Repeated,
        phantom = Phantom,
    });
}
