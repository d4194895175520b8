using System.Reflection;
using Outbox.ProviderContract;

namespace Outbox.Testing.Tests;

/// <summary>Runs the cases of a contract class as xunit would, for stores that are meant to fail.</summary>
internal static class ContractRun
{
    /// <summary>The names of the cases that failed.</summary>
    public static async Task<IReadOnlyList<string>> FailuresAsync(Type contractClass)
    {
        var failures = new List<string>();
        foreach (var method in contractClass.GetMethods())
        {
            if (method.GetCustomAttribute<ContractFactAttribute>() is { } fact
                && fact.SkipReasonFor(contractClass) is null
                && await FailsAsync(contractClass, method))
            {
                failures.Add(method.Name);
            }
        }

        return failures;
    }

    private static async Task<bool> FailsAsync(Type contractClass, MethodInfo method)
    {
        var instance = (IAsyncLifetime)Activator.CreateInstance(contractClass)!;
        await instance.InitializeAsync();
        try
        {
            await (Task)method.Invoke(instance, null)!;
            return false;
        }
        catch (Xunit.Sdk.XunitException)
        {
            return true;
        }
        finally
        {
            await instance.DisposeAsync();
        }
    }
}
