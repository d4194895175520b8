namespace MinimalApiHost.Tests;

/// <summary>Over HTTP there is nothing to await, so tests look, and look again.</summary>
internal static class Eventually
{
    public static async Task<T> HasAsync<T>(Func<Task<T>> look, Func<T, bool> enough)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (true)
        {
            var seen = await look();
            if (enough(seen))
            {
                return seen;
            }

            await timer.WaitForNextTickAsync(patience.Token);
        }
    }
}
