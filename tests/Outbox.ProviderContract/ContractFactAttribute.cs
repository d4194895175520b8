using System.ComponentModel;
using System.Reflection;
using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Outbox.ProviderContract;

/// <summary>A case of the contract. Where the fixture lacks a capability that it requires, it is shown as skipped, with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Outbox.ProviderContract.ContractFactDiscoverer", "Outbox.ProviderContract")]
public sealed class ContractFactAttribute(StoreCapabilities requires = StoreCapabilities.None) : FactAttribute
{
    /// <summary>What the store must be able to do for the case to make sense.</summary>
    public StoreCapabilities Requires { get; } = requires;

    /// <summary>Why the case is skipped for a contract class, or null where it runs.</summary>
    public string? SkipReasonFor(Type contractClass)
    {
        var fixture = FixtureOf(contractClass);
        var has = fixture?.GetCustomAttribute<StoreCapabilitiesAttribute>()?.Capabilities ?? StoreCapabilities.Full;
        var missing = Requires & ~has;
        return missing == StoreCapabilities.None ? null : $"{fixture?.Name} has not the capability {missing}.";
    }

    private static Type? FixtureOf(Type? contractClass)
    {
        for (var type = contractClass; type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(StoreContract<>))
            {
                return type.GetGenericArguments()[0];
            }
        }

        return null;
    }
}

/// <summary>Lets xunit make the cases of <see cref="ContractFactAttribute"/>; not for use in code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ContractFactDiscoverer(IMessageSink diagnostics) : IXunitTestCaseDiscoverer
{
    /// <inheritdoc/>
    public IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute)
    {
        yield return new ContractTestCase(
            diagnostics, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod);
    }
}

/// <summary>A case of the contract in xunit's terms; not for use in code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ContractTestCase : XunitTestCase
{
    /// <summary>For xunit, which fills it in later.</summary>
    [Obsolete("Called by xunit's deserializer.")]
    public ContractTestCase()
    {
    }

    /// <summary>A case for one method.</summary>
    public ContractTestCase(IMessageSink diagnostics, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod testMethod)
        : base(diagnostics, display, options, testMethod)
    {
    }

    /// <inheritdoc/>
    protected override string? GetSkipReason(IAttributeInfo factAttribute) =>
        base.GetSkipReason(factAttribute)
        ?? TestMethod.Method.ToRuntimeMethod().GetCustomAttribute<ContractFactAttribute>()?.SkipReasonFor(TestMethod.TestClass.Class.ToRuntimeType());
}
