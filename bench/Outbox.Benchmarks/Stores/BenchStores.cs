namespace Outbox.Benchmarks.Stores;

/// <summary>The stores that can be measured. A new one is a class and a line here.</summary>
internal static class BenchStores
{
    private static readonly Dictionary<string, (Func<Task<IBenchDatabase>> Create, Func<string, IBenchDatabase> Join)> All = new(StringComparer.Ordinal)
    {
        ["sqlite"] = (SqliteBench.CreateAsync, SqliteBench.Join),
        ["postgres"] = (PostgresBench.CreateAsync, PostgresBench.Join),
#if LITEDB
        ["litedb"] = (LiteDbBench.CreateAsync, LiteDbBench.Join),
#endif
    };

    public static IReadOnlyCollection<string> Names => All.Keys;

    public static Task<IBenchDatabase> CreateAsync(string store) => All[store].Create();

    public static IBenchDatabase Join(string store, string address) => All[store].Join(address);
}
