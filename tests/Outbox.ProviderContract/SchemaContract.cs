using Outbox.Storage;
using Xunit;

namespace Outbox.ProviderContract;

/// <summary>Opening: the tables are made, validated, or left alone, as the schema mode says.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class SchemaContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    [ContractFact]
    public async Task Opening_twice_changes_nothing()
    {
        var endpoint = await Stores.PutAsync(Some.Endpoint());

        await Outbox.OpenAsync(CancellationToken.None);

        Assert.NotNull(await Endpoints.GetAsync(endpoint.Id, CancellationToken.None));
    }

    [ContractFact(StoreCapabilities.Durable)]
    public async Task What_was_stored_is_there_for_the_next_instance()
    {
        await Stores.PutAsync(Some.Endpoint());
        var id = await Stores.OweAsync(Some.Event() with { IdempotencyKey = "k" });

        var another = await Fixture.OpenAnotherAsync();

        Assert.True((await another.EnqueueAsync(Some.Event() with { IdempotencyKey = "k" })).IsDuplicate);
        Assert.Equal(id, (await another.ClaimOneAsync()).Id);
        Assert.Empty(await Stores.ClaimAsync("owner-2"));
    }

    [ContractFact(StoreCapabilities.SchemaModes)]
    public async Task Eight_processes_may_open_an_empty_database_at_once()
    {
        await Fixture.CreateDatabaseAsync();
        var instances = new List<OutboxStores>();
        for (var i = 0; i < 8; i++)
        {
            instances.Add(await Fixture.ConnectAsync(SchemaMode.CreateAndMigrate));
        }

        await Task.WhenAll(instances.Select(instance => Task.Run(async () => await instance.Outbox.OpenAsync(CancellationToken.None))));

        await instances[0].PutAsync(Some.Endpoint());
        Assert.Single((await instances[7].EnqueueAsync(Some.Event())).DeliveryIds);
    }

    [ContractFact(StoreCapabilities.SchemaModes)]
    public async Task An_empty_database_fails_validation_and_the_error_names_the_script()
    {
        await Fixture.CreateDatabaseAsync();
        var validating = await Fixture.ConnectAsync(SchemaMode.ValidateOnly);

        var error = await Assert.ThrowsAsync<OutboxStoreException>(async () => await validating.Outbox.OpenAsync(CancellationToken.None));

        Assert.Contains("script", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.False(error.IsTransient);
    }

    [ContractFact(StoreCapabilities.SchemaModes)]
    public async Task The_script_makes_tables_that_pass_validation()
    {
        await Fixture.CreateDatabaseAsync();
        await Fixture.RunScriptAsync(Outbox.SchemaScript);

        var validating = await Fixture.ConnectAsync(SchemaMode.ValidateOnly);
        await validating.Outbox.OpenAsync(CancellationToken.None);

        await validating.PutAsync(Some.Endpoint());
        await validating.OweAsync();
        Assert.Single(await validating.ClaimAsync());
    }

    [ContractFact(StoreCapabilities.SchemaModes)]
    public async Task Tables_made_by_the_store_pass_validation_and_need_no_making_again()
    {
        await Stores.PutAsync(Some.Endpoint());

        foreach (var mode in new[] { SchemaMode.ValidateOnly, SchemaMode.None })
        {
            var instance = await Fixture.ConnectAsync(mode);
            await instance.Outbox.OpenAsync(CancellationToken.None);
            Assert.Single((await instance.EnqueueAsync(Some.Event())).DeliveryIds);
        }
    }

    [ContractFact(StoreCapabilities.SchemaModes)]
    public async Task Tables_of_a_later_version_are_refused_and_left_alone()
    {
        await Fixture.MakeSchemaNewerAsync();

        foreach (var mode in new[] { SchemaMode.CreateAndMigrate, SchemaMode.ValidateOnly })
        {
            var older = await Fixture.ConnectAsync(mode);
            var error = await Assert.ThrowsAsync<OutboxStoreException>(async () => await older.Outbox.OpenAsync(CancellationToken.None));
            Assert.False(error.IsTransient);
        }
    }
}
