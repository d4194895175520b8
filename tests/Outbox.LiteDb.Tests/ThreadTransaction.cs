using System.Collections.Concurrent;
using LiteDB;
using Outbox.ProviderContract;
using Outbox.Storage;

namespace Outbox.LiteDb.Tests;

/// <summary>A caller's transaction: a thread that has begun one and does in it, step by step, what the case asks for.</summary>
internal sealed class ThreadTransaction : CallerTransaction
{
    private readonly BlockingCollection<Action> _steps = [];
    private readonly TaskCompletionSource<LiteDbSession> _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LiteDbFile _file;
    private readonly LiteDbOutboxStore _store;
    private LiteDbSession _session = null!;

    private ThreadTransaction(LiteDbFile file, LiteDbOutboxStore store)
    {
        _file = file;
        _store = store;
    }

    public static async Task<ThreadTransaction> BeginAsync(LiteDbFile file, LiteDbOutboxStore store)
    {
        var transaction = new ThreadTransaction(file, store);
        new Thread(transaction.Run) { IsBackground = true }.Start();
        transaction._session = await transaction._begun.Task;
        return transaction;
    }

    public override async ValueTask InsertCallAsync(string id) =>
        await DoAsync(() => _file.Database.GetCollection("calls").Insert(new BsonDocument { ["_id"] = id }));

    public override ValueTask<EnqueueResult> EnqueueAsync(NewEvent newEvent) => DoAsync(() => _store.Enqueue(_session, newEvent));

    public override ValueTask<ArtifactOutcome> ReleaseAsync(HoldRelease release) => DoAsync(() => _store.ReleaseHold(_session, release));

    public override ValueTask<StoredEndpoint> PutAsync(EndpointLookup lookup, Func<StoredEndpoint?, EndpointChange> change) =>
        DoAsync(() => _store.Put(_session, lookup, change));

    public override Task CommitAsync()
    {
        _steps.CompleteAdding();
        return _ended.Task;
    }

    public override async Task RollbackAsync()
    {
        await DoAsync(() =>
        {
            _session.Rollback();
            return true;
        });
        await CommitAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        if (!_steps.IsAddingCompleted)
        {
            await RollbackAsync();
        }

        _steps.Dispose();
    }

    private async ValueTask<T> DoAsync<T>(Func<T> step)
    {
        if (_steps.IsAddingCompleted)
        {
            return step();
        }

        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _steps.Add(() =>
        {
            try
            {
                done.SetResult(step());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return await done.Task;
    }

    private void Run()
    {
        try
        {
            _file.Transact(session =>
            {
                _begun.SetResult(session);
                foreach (var step in _steps.GetConsumingEnumerable())
                {
                    step();
                }

                return true;
            });
            _ended.SetResult();
        }
        catch (Exception e)
        {
            _begun.TrySetException(e);
            _ended.TrySetException(e);
        }
    }
}
