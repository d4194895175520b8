namespace Outbox.Simulation.Faults;

/// <summary>How often each fault happened at each place: what never happened was not tested.</summary>
internal sealed class FaultCounts
{
    private static readonly int Places = Enum.GetValues<Place>().Length;

    private readonly long[] _counts = new long[Enum.GetValues<Fault>().Length * Places];

    public long this[Fault fault, Place place] => _counts[(int)fault * Places + (int)place];

    public long this[Fault fault] => Enum.GetValues<Place>().Sum(place => this[fault, place]);

    public void Add(Fault fault, Place place) => _counts[(int)fault * Places + (int)place]++;

    public void Add(FaultCounts others)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += others._counts[i];
        }
    }

    public SortedDictionary<string, SortedDictionary<string, long>> ToTable()
    {
        var table = new SortedDictionary<string, SortedDictionary<string, long>>(StringComparer.Ordinal);
        foreach (var fault in Enum.GetValues<Fault>())
        {
            var places = new SortedDictionary<string, long>(StringComparer.Ordinal);
            foreach (var place in Enum.GetValues<Place>().Where(place => this[fault, place] > 0))
            {
                places[Name(place.ToString())] = this[fault, place];
            }

            table[Name(fault.ToString())] = places;
        }

        return table;
    }

    private static string Name(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
