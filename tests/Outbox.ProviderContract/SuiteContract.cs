using Xunit;

namespace Outbox.ProviderContract;

/// <summary>The suite itself: a class that a later version adds, or that was forgotten, does not go unnoticed.</summary>
/// <typeparam name="TFixture">The store's fixture.</typeparam>
public abstract class SuiteContract<TFixture> : StoreContract<TFixture>
    where TFixture : StoreFixture, new()
{
    [ContractFact]
    public void Every_class_of_the_contract_is_run_on_this_fixture()
    {
        var contracts = typeof(SuiteContract<>).Assembly.GetExportedTypes().Where(type =>
            type.BaseType is { IsGenericType: true } parent && parent.GetGenericTypeDefinition() == typeof(StoreContract<>));
        var run = GetType().Assembly.GetExportedTypes().Where(type => !type.IsAbstract).Select(type => type.BaseType).ToHashSet();

        Assert.All(contracts, contract => Assert.Contains(contract.MakeGenericType(typeof(TFixture)), run));
    }
}
