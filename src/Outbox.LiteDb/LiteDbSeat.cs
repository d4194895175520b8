using System.Runtime.CompilerServices;

namespace Outbox.LiteDb;

/// <summary>The one place for a dispatcher that a file has. Other processes are kept out by <see cref="LiteDbLock"/> already.</summary>
internal sealed class LiteDbSeat : IAsyncDisposable
{
    private static readonly ConditionalWeakTable<LiteDbFile, StrongBox<int>> Taken = [];

    private readonly StrongBox<int> _place;
    private int _left;

    private LiteDbSeat(StrongBox<int> place) => _place = place;

    /// <summary>Takes the place; null where another has it.</summary>
    public static LiteDbSeat? TryTake(LiteDbFile file)
    {
        var place = Taken.GetValue(file, static _ => new StrongBox<int>());
        return Interlocked.CompareExchange(ref place.Value, 1, 0) == 0 ? new LiteDbSeat(place) : null;
    }

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _left, 1) == 0)
        {
            Volatile.Write(ref _place.Value, 0);
        }

        return ValueTask.CompletedTask;
    }
}
