using System.Runtime.InteropServices;

namespace Outbox.Dispatching;

/// <summary>Sleeps for less than a millisecond, the shortest that .NET's own waits know.</summary>
internal static partial class ShortSleep
{
    /// <summary>Whether the system has such a sleep.</summary>
    public static bool IsKnown { get; private set; } = !OperatingSystem.IsWindows();

    public static void For(TimeSpan time)
    {
        try
        {
            _ = SleepMicroseconds((uint)Math.Ceiling(time.TotalMicroseconds));
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            IsKnown = false;
        }
    }

    [LibraryImport("libc", EntryPoint = "usleep")]
    private static partial int SleepMicroseconds(uint count);
}
