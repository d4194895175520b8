using Outbox.Storage;

namespace Outbox.Sqlite.Tests;

public sealed class SchemaTests : IDisposable
{
    private readonly DatabaseFixture _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task The_first_open_makes_the_tables_with_write_ahead_logging()
    {
        await _database.OpenAsync();

        Assert.Equal(1L, _database.Scalar("SELECT version FROM outbox_schema"));
        Assert.Equal("wal", _database.Scalar("PRAGMA journal_mode"));
    }

    [Fact]
    public async Task Many_may_open_a_new_database_at_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _database.OpenAsync())));

        Assert.Equal(1L, _database.Scalar("SELECT count(*) FROM outbox_schema"));
    }

    [Fact]
    public async Task A_newer_version_is_refused_naming_both()
    {
        await _database.OpenAsync();
        _database.Scalar("UPDATE outbox_schema SET version = 7");

        foreach (var mode in new[] { SchemaMode.CreateAndMigrate, SchemaMode.ValidateOnly })
        {
            var failure = await Assert.ThrowsAsync<OutboxStoreException>(() => _database.OpenAsync(options => options.SchemaMode = mode));
            Assert.Contains("version 7", failure.Message, StringComparison.Ordinal);
            Assert.Contains("up to 1", failure.Message, StringComparison.Ordinal);
            Assert.False(failure.IsTransient);
        }
    }

    [Fact]
    public async Task Validation_names_what_is_missing_and_the_script()
    {
        await _database.OpenAsync();
        _database.Scalar("DROP TABLE outbox_hold");
        _database.Scalar("DROP INDEX outbox_delivery_waiting");

        var failure = await Assert.ThrowsAsync<OutboxStoreException>(() => _database.OpenAsync(options => options.SchemaMode = SchemaMode.ValidateOnly));

        Assert.Contains("table outbox_hold", failure.Message, StringComparison.Ordinal);
        Assert.Contains("index outbox_delivery_waiting", failure.Message, StringComparison.Ordinal);
        Assert.Contains("IOutboxStore.SchemaScript", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_script_makes_what_validation_wants_and_may_be_run_again()
    {
        _database.Scalar(SqliteSchema.Script);
        _database.Scalar(SqliteSchema.Script);

        var stores = await _database.OpenAsync(options => options.SchemaMode = SchemaMode.ValidateOnly);

        Assert.Equal(SqliteSchema.Script, stores.Outbox.SchemaScript);
        Assert.Equal(1L, _database.Scalar("SELECT count(*) FROM outbox_schema"));
    }

    [Fact]
    public async Task Without_a_schema_mode_nothing_is_made_and_the_first_use_says_so()
    {
        _database.Scalar("CREATE TABLE calls (id)");
        var stores = await _database.OpenAsync(options => options.SchemaMode = SchemaMode.None);

        var failure = await Assert.ThrowsAsync<OutboxStoreException>(() => stores.EnqueueAsync(Some.Event()));

        Assert.Contains("SchemaScript", failure.Message, StringComparison.Ordinal);
        Assert.Equal(0L, _database.Scalar("SELECT count(*) FROM sqlite_master WHERE name LIKE 'outbox%'"));
    }

    [Theory]
    [InlineData(SchemaMode.ValidateOnly)]
    [InlineData(SchemaMode.None)]
    public async Task Only_creating_makes_the_file(SchemaMode mode)
    {
        var failure = await Assert.ThrowsAsync<OutboxStoreException>(() => _database.OpenAsync(options => options.SchemaMode = mode));

        Assert.Contains("does not exist", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_database.File));
    }
}
