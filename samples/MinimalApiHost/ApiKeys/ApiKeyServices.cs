using Microsoft.AspNetCore.Authentication;

namespace MinimalApiHost.ApiKeys;

internal static class ApiKeyServices
{
    private static readonly string[] Scopes = [ApiKey.MayCall, ApiKey.MayRead];

    /// <summary>Bearer keys from the configuration, and the two things that they may allow: to read, or to do everything.</summary>
    public static void AddApiKeys(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IReadOnlyList<ApiKey>>(Read(configuration));
        services.AddAuthentication(ApiKeyHandler.Bearer).AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.Bearer, _ => { });
        services.AddAuthorizationBuilder()
            .AddPolicy(ApiKey.MayRead, policy => policy.RequireClaim("scope", Scopes))
            .AddPolicy(ApiKey.MayCall, policy => policy.RequireClaim("scope", ApiKey.MayCall));
    }

    private static ApiKey[] Read(IConfiguration configuration)
    {
        var keys = configuration.GetSection("ApiKeys").Get<ApiKey[]>() ?? configuration.GetSection("DemoApiKeys").Get<ApiKey[]>() ?? [];
        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i].Key.Length == 0)
            {
                throw new SettingException($"The setting ApiKeys:{i} has no Key. Set ApiKeys__{i}__Key, or take the rest of it out.");
            }

            if (keys[i].Scopes.Count == 0 || keys[i].Scopes.Except(Scopes).Any())
            {
                var scopes = keys[i].Scopes.Count == 0 ? "missing" : $"'{string.Join(", ", keys[i].Scopes)}'";
                throw new SettingException($"The setting ApiKeys:{i}:Scopes is {scopes}. Known are: {string.Join(", ", Scopes)}. In the environment it is written ApiKeys__{i}__Scopes__0.");
            }
        }

        return keys;
    }
}
