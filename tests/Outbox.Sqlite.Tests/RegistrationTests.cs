using Microsoft.Extensions.DependencyInjection;
using NSubstitute;
using Outbox.Storage;

namespace Outbox.Sqlite.Tests;

public sealed class RegistrationTests : IDisposable
{
    private readonly DatabaseFixture _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task The_three_stores_share_one_database_and_the_container_closes_it()
    {
        var builder = Builder();
        builder.UseSqlite($"Data Source={_database.File}", options => options.Synchronous = SqliteSynchronous.Full);

        await using (var services = builder.Services.BuildServiceProvider())
        {
            await services.GetRequiredService<IOutboxStore>().OpenAsync(CancellationToken.None);
            await services.GetRequiredService<IEndpointStore>().PutAsync(new EndpointLookup(), _ => Some.Endpoint(), null, CancellationToken.None);
            Assert.Null(await services.GetRequiredService<IDeliveryStore>().GetAsync("dlv_none", CancellationToken.None));
            Assert.True(File.Exists($"{_database.File}-wal"));
        }

        SqliteFolder.ClearPool($"Data Source={_database.File};Pooling=True");
        Assert.False(File.Exists($"{_database.File}-wal"), "The last connection to close puts the log back into the database.");
    }

    [Fact]
    public void A_second_store_is_refused_naming_both()
    {
        var builder = Builder();
        builder.UseSqlite("Data Source=calls.db");

        var refusal = Assert.Throws<InvalidOperationException>(() => builder.UseSqlite("Data Source=other.db"));

        Assert.Contains("UseSqlite", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("SqliteOutboxStore", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_in_memory_is_refused_at_registration()
    {
        var refusal = Assert.Throws<ArgumentException>(() => Builder().UseSqlite("Data Source=:memory:"));

        Assert.Contains("Data Source=calls.db", refusal.Message, StringComparison.Ordinal);
    }

    private static IWebhookOutboxBuilder Builder()
    {
        var builder = Substitute.For<IWebhookOutboxBuilder>();
        builder.Services.Returns(new ServiceCollection());
        return builder;
    }
}
