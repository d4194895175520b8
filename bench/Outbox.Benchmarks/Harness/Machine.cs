using System.Globalization;
using System.Runtime.InteropServices;

namespace Outbox.Benchmarks.Harness;

/// <summary>What the figures were measured on: without it they mean nothing.</summary>
internal static class Machine
{
    public static async Task<string> DescribeAsync(BenchSettings settings)
    {
        await using var database = await settings.CreateDatabaseAsync();
        var store = await database.DescribeAsync();
        var gigabytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores, {gigabytes:N0} GB, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}; {store}");
    }
}
