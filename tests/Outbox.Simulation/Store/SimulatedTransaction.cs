using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Outbox.Simulation.Faults;
using Outbox.Simulation.Hosts;
using Outbox.Simulation.Run;
using Outbox.Storage;

namespace Outbox.Simulation.Store;

/// <summary>A caller's transaction: what was done in it is kept back until its commit, and then done in one step.</summary>
internal sealed class SimulatedTransaction : DbTransaction
{
    private readonly World _world;
    private readonly List<(NewEvent Event, EnqueueResult? Early)> _events = [];
    private readonly List<HoldRelease> _releases = [];
    private SimulatedConnection? _connection = new();

    public SimulatedTransaction(SimulatedHost host, World world)
    {
        Host = host;
        _world = world;
        world.Database.Began(this);
    }

    public SimulatedHost Host { get; }

    public override IsolationLevel IsolationLevel => IsolationLevel.Serializable;

    protected override DbConnection? DbConnection => _connection;

    public void Add(NewEvent newEvent, EnqueueResult? early) => _events.Add((newEvent, early));

    public void Add(HoldRelease release) => _releases.Add(release);

    /// <summary>The process died, or the connection broke.</summary>
    public void Abandon()
    {
        _connection = null;
        _world.Database.Ended(this);
    }

    public override void Commit() => throw new NotSupportedException("Commit asynchronously.");

    public override async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await _world.Faults.BeforeStoreAsync(Host, Place.Commit, cancellationToken);
            Store();
        }
        finally
        {
            Abandon();
        }

        await _world.Faults.AfterStoreAsync(Host, Place.Commit);
    }

    public override void Rollback() => Abandon();

    public override Task RollbackAsync(CancellationToken cancellationToken = default)
    {
        Abandon();
        return Task.CompletedTask;
    }

    private void Store()
    {
        var (database, inner) = (_world.Database, _world.Database.Inner);
        foreach (var (newEvent, early) in _events)
        {
            database.Apply(new StoreCall(Host, Place.Enqueue, newEvent), () => early ?? database.Mistakes.Enqueue(inner, newEvent));
        }

        foreach (var release in _releases)
        {
            database.Apply(new StoreCall(Host, Place.Release, release), () => inner.ReleaseHoldAsync(release, null, CancellationToken.None).Result);
        }
    }

    private sealed class SimulatedConnection : DbConnection
    {
        [AllowNull]
        public override string ConnectionString { get; set; } = "";

        public override string Database => "simulated";

        public override string DataSource => "simulated";

        public override string ServerVersion => "1";

        public override ConnectionState State => ConnectionState.Open;

        public override void ChangeDatabase(string databaseName) => throw new NotSupportedException();

        public override void Close()
        {
        }

        public override void Open()
        {
        }

        protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => throw new NotSupportedException();

        protected override DbCommand CreateDbCommand() => throw new NotSupportedException();
    }
}
