using LiteDB;
using Outbox.ProviderContract;
using Outbox.Storage;

namespace Outbox.LiteDb.Tests;

/// <summary>
/// A LiteDB file for each case of the contract. Another process could not open it, so what the contract calls another instance is another store
/// on the same open file.
/// </summary>
[StoreCapabilities(
    StoreCapabilities.CallerTransactions | StoreCapabilities.SchemaModes | StoreCapabilities.OneDispatcher | StoreCapabilities.ClockJumps | StoreCapabilities.Durable)]
public sealed class LiteDbFixture : StoreFixture
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("outbox-litedb-");
    private readonly List<LiteDbFile> _files = [];

    private LiteDbFile File => _files[^1];

    public override ValueTask CreateDatabaseAsync()
    {
        var name = Path.Combine(_folder.FullName, $"calls-{_files.Count}.db");
        var options = new LiteDbStoreOptions { LockTimeout = TimeSpan.FromMinutes(5) };
        _files.Add(new LiteDbFile(LiteDbSource.Parse($"Filename={name}", options)));
        return ValueTask.CompletedTask;
    }

    public override ValueTask<OutboxStores> ConnectAsync(SchemaMode schemaMode)
    {
        var database = new LiteDbDatabase(File, new LiteDbStoreOptions { SchemaMode = schemaMode }, Clock);
        return new(new OutboxStores(
            new LiteDbOutboxStore(database), new LiteDbEndpointStore(database), new LiteDbDeliveryStore(database), new LiteDbInspectionStore(database)));
    }

    public override ValueTask RunScriptAsync(string script)
    {
        foreach (var statement in script.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            File.Database.Execute(statement).Dispose();
        }

        return ValueTask.CompletedTask;
    }

    public override ValueTask MakeSchemaNewerAsync() => RunScriptAsync("UPDATE outbox_schema SET version = $.version + 1");

    public override async ValueTask<CallerTransaction> BeginAsync(OutboxStores stores) =>
        await ThreadTransaction.BeginAsync(File, (LiteDbOutboxStore)stores.Outbox);

    public override ValueTask<long> CountCallsAsync() => new(File.Database.GetCollection("calls").LongCount());

    public override ValueTask DisposeAsync()
    {
        _files.ForEach(file => file.Dispose());
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    protected override ValueTask CreateCallsAsync()
    {
        File.Database.GetCollection("calls").EnsureIndex("started_at");
        return ValueTask.CompletedTask;
    }
}
