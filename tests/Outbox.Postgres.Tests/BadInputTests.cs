using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NSubstitute;
using Outbox.ProviderContract;
using Outbox.Storage;

namespace Outbox.Postgres.Tests;

/// <summary>Each mistake gets an error that names the value and the cure.</summary>
public sealed class BadInputTests : PostgresTest
{
    [Theory]
    [InlineData("Outbox")]
    [InlineData("1st")]
    [InlineData("a\"; drop table calls; --")]
    [InlineData("")]
    [InlineData("pg_outbox")]
    public void A_schema_name_that_is_no_plain_name_is_refused(string schema)
    {
        var error = Assert.Throws<ArgumentException>(() => Builder().UsePostgres("Host=db", options => options.Schema = schema));

        Assert.Contains($"'{schema}'", error.Message);
    }

    [Theory]
    [InlineData("Data Source=calls.db", "Host=")]
    [InlineData("Database=calls", "no host")]
    public void A_connection_string_of_another_kind_is_refused(string connectionString, string says)
    {
        var error = Assert.Throws<ArgumentException>(() => Builder().UsePostgres(connectionString));

        Assert.Contains(says, error.Message);
    }

    [Fact]
    public void A_second_store_is_refused()
    {
        var builder = Builder().UsePostgres("Host=db");

        Assert.Throws<InvalidOperationException>(() => builder.UsePostgres("Host=db"));
    }

    [Fact]
    public async Task The_services_are_there_and_share_one_database()
    {
        var builder = Builder().UsePostgres("Host=db;Database=calls");

        await using var services = builder.Services.BuildServiceProvider();

        Assert.NotNull(services.GetRequiredService<IOutboxStore>());
        Assert.NotNull(services.GetRequiredService<IEndpointStore>());
        Assert.NotNull(services.GetRequiredService<IDeliveryStore>());
    }

    [Fact]
    public async Task A_transaction_on_another_database_is_refused_and_both_are_named()
    {
        await using var connection = await Fixture.OpenAsync();
        await using var elsewhere = await OpenAsync("template1");
        await using var transaction = await elsewhere.BeginTransactionAsync();

        var error = await Assert.ThrowsAsync<WebhookValidationException>(() => Stores.EnqueueAsync(Some.Event(), transaction));

        Assert.Equal("transaction", error.Field);
        Assert.Contains("'template1'", error.Message);
        Assert.Contains($"'{connection.Database}'", error.Message);
    }

    [Fact]
    public async Task A_newer_schema_is_refused_and_both_versions_are_named()
    {
        await Fixture.MakeSchemaNewerAsync();
        var older = Fixture.Connect();

        var error = await Assert.ThrowsAsync<OutboxStoreException>(async () => await older.Outbox.OpenAsync(CancellationToken.None));

        Assert.Contains($"version {PostgresSchema.Version + 1}", error.Message);
        Assert.Contains($"up to {PostgresSchema.Version}", error.Message);
    }

    [Fact]
    public async Task A_role_without_ddl_rights_is_told_to_have_the_script_run_and_then_works()
    {
        await Fixture.CreateDatabaseAsync();
        await using var owner = await Fixture.OpenAsync();
        var role = $"{Fixture.Schema}_app";
        await RunAsync(owner, $"create role {role} login");
        await using var dataSource = NpgsqlDataSource.Create($"{PostgresServer.SharedConnectionString};Username={role}");
        try
        {
            var making = Fixture.Connect(dataSource: dataSource);
            var error = await Assert.ThrowsAsync<OutboxStoreException>(async () => await making.Outbox.OpenAsync(CancellationToken.None));
            Assert.False(error.IsTransient);
            Assert.Contains("SchemaScript", error.Message);
            Assert.Contains("ValidateOnly", error.Message);

            await RunAsync(owner, making.Outbox.SchemaScript);
            await RunAsync(owner, $"grant usage on schema {Fixture.Schema} to {role}");
            await RunAsync(owner, $"grant select, insert, update, delete on all tables in schema {Fixture.Schema} to {role}");
            var validating = Fixture.Connect(options => options.SchemaMode = SchemaMode.ValidateOnly, dataSource);
            await validating.Outbox.OpenAsync(CancellationToken.None);
            await validating.PutAsync(Some.Endpoint());
            await validating.EnqueueAsync(Some.Event());
            Assert.Equal([true], await validating.SettleAsync(await validating.ClaimAsync()));
        }
        finally
        {
            await RunAsync(owner, $"drop schema if exists {Fixture.Schema} cascade");
            await RunAsync(owner, $"drop role {role}");
        }
    }

    [Theory]
    [InlineData("Database=no_such_database", false, "no_such_database")]
    [InlineData("Username=no_such_role", false, "user name")]
    [InlineData("Port=1", true, "tries again")]
    [InlineData("Options=-c default_transaction_read_only=on", true, "read-only")]
    public async Task What_waiting_may_cure_is_told_from_what_it_may_not(string setting, bool isTransient, string says)
    {
        await Fixture.CreateDatabaseAsync();
        await using var dataSource = NpgsqlDataSource.Create($"{PostgresServer.SharedConnectionString};{setting}");
        var stores = Fixture.Connect(dataSource: dataSource);

        var error = await Assert.ThrowsAsync<OutboxStoreException>(async () => await stores.Outbox.OpenAsync(CancellationToken.None));

        Assert.Equal(isTransient, error.IsTransient);
        Assert.Contains(says, error.Message);
    }

    [Fact]
    public async Task A_cursor_of_another_kind_is_refused()
    {
        var error = await Assert.ThrowsAsync<WebhookValidationException>(
            async () => await Stores.Deliveries.ListAsync(new(), 10, "abc", CancellationToken.None));

        Assert.Equal("cursor", error.Field);
    }

    private static IWebhookOutboxBuilder Builder()
    {
        var builder = Substitute.For<IWebhookOutboxBuilder>();
        builder.Services.Returns(new ServiceCollection());
        return builder;
    }

    private static async Task<NpgsqlConnection> OpenAsync(string database)
    {
        var connection = new NpgsqlConnection($"{PostgresServer.SharedConnectionString};Database={database}");
        await connection.OpenAsync();
        return connection;
    }

    private static Task<int> RunAsync(NpgsqlConnection connection, string sql) => connection.RunAsync(sql, [], CancellationToken.None);
}
