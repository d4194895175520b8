namespace Outbox.Benchmarks.Harness;

/// <summary>What it took this process to do something so many times.</summary>
internal sealed record Run(int Count, double Seconds, double Bytes, TimeSpan Cpu)
{
    public double PerSecond => Count / Seconds;

    public double BytesEach => Bytes / Count;

    /// <summary>Microseconds of processor time.</summary>
    public double CpuEach => Cpu.TotalMicroseconds / Count;

    public static async Task<Run> MeasureAsync(int count, Func<Task> work)
    {
        // Each half of a round begins with the same empty heap.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var (bytes, cpu, began) = (GC.GetTotalAllocatedBytes(precise: true), Environment.CpuUsage.TotalTime, Timing.Now);
        await work();
        return new Run(
            count,
            Timing.MillisecondsBetween(began, Timing.Now) / 1000,
            GC.GetTotalAllocatedBytes(precise: true) - bytes,
            Environment.CpuUsage.TotalTime - cpu);
    }
}
