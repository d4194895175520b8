using System.Threading.Channels;
using Npgsql;

namespace Outbox.Postgres;

/// <summary>One connection that listens. While it is away others may have called, so each return counts as a call.</summary>
internal sealed class PostgresListener(PostgresDatabase database, string channel, string ownSender) : IAsyncDisposable
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>A connection that was cut without a word looks like a quiet one: it is asked this often.</summary>
    private static readonly TimeSpan QuietAtMost = TimeSpan.FromSeconds(60);

    private readonly Channel<bool> _calls = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _starting = new();
    private Task? _listening;

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_starting)
        {
            _listening ??= Task.Run(() => ListenAsync(_stopping.Token), CancellationToken.None);
        }

        await _calls.Reader.ReadAsync(cancellationToken);
    }

    public void Stop() => _stopping.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_listening is { } listening)
        {
            await listening;
        }

        _stopping.Dispose();
    }

    private async Task ListenAsync(CancellationToken stopping)
    {
        var pause = ShortestPause;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.DataSource.OpenConnectionAsync(stopping);
                connection.Notification += (_, call) =>
                {
                    if (!string.Equals(call.Payload, ownSender, StringComparison.Ordinal))
                    {
                        _calls.Writer.TryWrite(true);
                    }
                };
                await connection.RunAsync($"listen \"{channel}\"", [], stopping);
                _calls.Writer.TryWrite(true);
                pause = ShortestPause;
                while (true)
                {
                    if (!await connection.WaitAsync(QuietAtMost, stopping))
                    {
                        await connection.RunAsync("select 1", [], stopping);
                    }
                }
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever it is, and a driver has many ways to say that a connection broke: nobody would miss a listener that gave up.
                database.Log.ListenerAway(e);
            }

            await Task.Delay(pause, database.Clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }
}
