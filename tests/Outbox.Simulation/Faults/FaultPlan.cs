using Outbox.Simulation.Engine;

namespace Outbox.Simulation.Faults;

/// <summary>
/// Which faults a seed has, and how often they come. Some seeds have none, and in some only receivers, clocks and people make trouble: then no
/// lease may run out and nothing may wait without an excuse.
/// </summary>
internal sealed class FaultPlan
{
    private readonly double[] _rates = new double[Enum.GetValues<Fault>().Length];

    public FaultPlan(Chance chance)
    {
        var share = chance.Is(0.06) ? 0 : chance.Between(1, 3) / 5.0;
        var platformIsWell = chance.Is(0.25);
        foreach (var fault in Enum.GetValues<Fault>())
        {
            var drawn = chance.NextDouble();
            var rate = chance.Is(0.2) ? 3 : chance.NextDouble();
            _rates[(int)fault] = drawn < share && !(platformIsWell && (fault is <= Fault.StoreAway or (>= Fault.Crash and <= Fault.Shutdown))) ? rate : 0;
        }
    }

    /// <summary>Set when the last part of a run begins: from then on nothing goes wrong any more, and all that is owed must arrive.</summary>
    public bool IsOver { get; set; }

    public bool Has(Fault fault) => !IsOver && _rates[(int)fault] > 0;

    /// <summary>0: never. 1: as often as usual. 3: a plague.</summary>
    public double Rate(Fault fault) => IsOver ? 0 : _rates[(int)fault];
}
