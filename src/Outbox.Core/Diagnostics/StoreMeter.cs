namespace Outbox.Diagnostics;

/// <summary>Times the operations on a store.</summary>
internal sealed class StoreMeter(OutboxMetrics metrics, TimeProvider clock)
{
    public OutboxMetrics Metrics => metrics;

    public async ValueTask<T> MeasureAsync<T>(string operation, Func<ValueTask<T>> operate)
    {
        var began = clock.GetTimestamp();
        try
        {
            var result = await operate();
            Over(operation, began);
            return result;
        }
        catch (Exception e)
        {
            Over(operation, began, e);
            throw;
        }
    }

    public T Measure<T>(string operation, Func<T> operate)
    {
        var began = clock.GetTimestamp();
        try
        {
            var result = operate();
            Over(operation, began);
            return result;
        }
        catch (Exception e)
        {
            Over(operation, began, e);
            throw;
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

    private void Over(string operation, long began, Exception? failure = null) =>
        metrics.Operated(operation, clock.GetElapsedTime(began), failure?.GetType().FullName);
}
