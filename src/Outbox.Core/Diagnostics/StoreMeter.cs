namespace Outbox.Diagnostics;

/// <summary>Times the operations on a store.</summary>
internal sealed class StoreMeter(OutboxMetrics metrics, TimeProvider clock)
{
    public OutboxMetrics Metrics => metrics;

    public async ValueTask<T> MeasureAsync<T>(string operation, Func<ValueTask<T>> operate)
    {
        var began = clock.GetTimestamp();
        string? error = null;
        try
        {
            return await operate();
        }
        catch (Exception e)
        {
            error = e.GetType().FullName;
            throw;
        }
        finally
        {
            metrics.Operated(operation, clock.GetElapsedTime(began), error);
        }
    }

    public T Measure<T>(string operation, Func<T> operate)
    {
        var began = clock.GetTimestamp();
        string? error = null;
        try
        {
            return operate();
        }
        catch (Exception e)
        {
            error = e.GetType().FullName;
            throw;
        }
        finally
        {
            metrics.Operated(operation, clock.GetElapsedTime(began), error);
        }
    }

    public async ValueTask MeasureAsync(string operation, Func<ValueTask> operate) =>
        await MeasureAsync(
            operation,
            async () =>
            {
                await operate();
                return true;
            });
}
