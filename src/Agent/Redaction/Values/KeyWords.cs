namespace HostAtlas.Agent.Redaction.Values;

/// <summary>The words that names of secrets are made of. Compared without regard to case; names are split into words before.</summary>
internal static class KeyWords
{
    /// <summary>Passwords, in the languages that servers' owners speak.</summary>
    public static readonly Set Passwords = new(
        "password passwords passwd passwds pass passphrase passphrases passcode pwd pw passwort passwörter kennwort losungswort passe mdp "
        + "motdepasse contraseña contraseñas contrasena contrasenas clave claves senha senhas palavrapasse heslo hesla hasło haslo "
            + "wachtwoord "
        + "wachtwoorden lösenord losenord passord adgangskode kodeord salasana jelszó jelszo parola parolă şifre sifre пароль пароли "
            + "паролем "
        + "пароля лозинка lozinka geslo slaptažodis slaptazodis parole parool paroli lykilorð парола κωδικός 密码 密碼 口令 パスワード 暗証番号 "
        + "비밀번호 암호 المرور السر סיסמה סיסמא khẩu matkhau รหัสผ่าน sandi katasandi पासवर्ड گذرواژه رمزعبور userpassword userpass dbpass "
            + "dbpwd "
        + "rootpw bindpw adminpw userpw dbpw smtppass sshpass storepass keypass rootpass adminpass authpass requirepass ldappass proxypass "
        + "sudopass becomepass mysqlpass pgpass ftppass mailpass wifipass psk presharedkey preshared_key zugangscode pincode");

    /// <summary>Everything else that opens something.</summary>
    public static readonly Set Secrets = new(
        "secret secrets token tokens credential credentials apikey apikeys otp totp cvv cvc cvv2 mnemonic bearer secretkey secretaccesskey "
        + "clientsecret accesstoken authtoken refreshtoken geheim geheimnis zugangsdaten jeton secreto secretos segredo segreto "
            + "gettone токен "
        + "секрет 令牌 密钥 密鑰 トークン 토큰 tajne tajny hemlighet masterauth privkey privatekey passkey seedphrase apitoken idtoken "
        + "samlresponse samlassertion samlrequest samlart authentication_string authenticationstring userpkcs12");

    /// <summary>Ends of names that are written as one word (<c>dbpassword</c>).</summary>
    public static readonly string[] PasswordEnds = ["password", "passwd", "passwort", "passphrase", "kennwort", "passcode", "pwd"];

    /// <summary>The same for other secrets.</summary>
    public static readonly string[] SecretEnds =
        ["secret", "token", "apikey", "secretkey", "privatekey", "accesskey", "authkey", "masterkey", "encryptionkey", "signingkey",
            "sharedkey", "activationkey", "registrationkey", "productkey", "licensekey",
            "accountkey", "credentials", "privkey", "密码", "密碼", "口令", "令牌", "密钥", "パスワード", "トークン", "비밀번호", "암호"];

    /// <summary>Ends in <c>pass</c> that are words of their own.</summary>
    public static readonly Set OtherPasses = new("bypass compass surpass trespass overpass underpass multipass impasse encompass "
        + "outpass proxy_pass chpasswd chgpasswd gpasswd mkpasswd kpasswd");

    /// <summary>Words for a key: what stands before them decides.</summary>
    public static readonly Set Keys = new("key keys schlüssel schluessel clé cle chave chiave ключ sleutel nyckel klucz avain klíč nøkkel");

    /// <summary>Before <c>key</c>: it is a secret.</summary>
    public static readonly Set SecretKeys = new(
        "api secret private access encryption encrypt signing sign master auth authentication account shared license licence consumer hmac "
        + "crypt crypto cipher preshared subscription integration webhook app application ssh aes rsa jwt session admin root user sas "
        + "props pass password token wep wpa network "
            + "network_security storage decryption decrypt instrumentation ingest ingestion deploy tsig rndc "
        + "instance unseal recovery setup stream wireguard wg secure vault sendgrid stripe mailgun openai anthropic datadog algolia "
            + "google aws "
        + "azure maps linode hetzner twilio pagerduty rollbar bugsnag sentry newrelic honeycomb privada priv clé");

    /// <summary>Before <c>key</c>: it is none.</summary>
    public static readonly Set OtherKeys = new(
        "public pub primary foreign partition sort cache routing row map hash index unique natural composite lookup config registry "
            + "message "
        + "redis object s3 idempotency dedup sharding shard socket host ssl tls cert certificate gpg pgp dns ds group order "
            + "translation i18n "
        + "locale label annotation tag metric feature event hot arrow function control escape enter join duplicate dictionary json yaml "
        + "column surrogate candidate bucket storage_object signature_verification known authorized type ssh_host lock queue topic bind "
        + "kms alg error issue project jira resource data tree btree min max start end last first next prev previous exclusive pagination");

    /// <summary>Secrets when they are long enough to be one.</summary>
    public static readonly Set Mediums = new(
        "session sessionid sid phpsessid jsessionid sess sig signature hmac assertion ticket sessid authcode connectsid asid xsrf csrf "
            + "nonce2 "
        + "authenticity awsalb code_verifier verifier hwid license licence lizenz cookieid sso");

    /// <summary>Before <c>code</c>: it opens something.</summary>
    public static readonly Set SecretCodes = new("pin pass security verification auth otp mfa access backup recovery sms 2fa totp "
        + "one-time onetime time confirmation signin sign-in login reset your authentication authorization authorisation magic pairing "
        + "device invite activation unlock");

    /// <summary>Secrets when they look random.</summary>
    public static readonly Set Weaks = new("auth authentication cred creds code seed login state nonce community rocommunity rwcommunity");

    /// <summary>After a secret's word: the name is about the secret and does not hold it.</summary>
    public static readonly Set Describing = new(
        "name names file files path paths filename dir directory folder id ids type types kind count counts length len size sizes "
            + "expiry expires "
        + "expired expiration exp expire ttl age lifetime validity url urls uri uris endpoint endpoints method methods policy policies "
        + "algorithm alg format prefix suffix pattern regex min max minimum maximum limit limits usage used rate bucket status state error "
        + "errors failed failure failures reset changed change updated created date time timestamp at on enabled disabled required "
            + "optional "
        + "stdin prompt command cmd script program provider manager service server host port source store storage location mode version "
        + "hint hints label field fields column attribute param parameter header headers ref reference refs rotation rotated history "
            + "attempts attempt retries "
        + "strength score complexity check checks checker validation validator verified confirmed lock locked env var variable encoding "
        + "encryption cipher scope scopes audience issuer owner group user users username mapping index position offset per budget "
        + "valid invalid authentication exists present set missing lastset never class backend kdf iterations rounds agent fd masked "
        + "interval window retransmit retransmits coefficient warning cache "
        + "hashing digest fingerprint thumbprint arn region namespace annotation annotations labels list reviews "
            + "review "
        + "request requests response endpointurl grants ui cert ca certificate rb py cs java kt go js jsx ts tsx php cpp hpp sh pl exs "
            + "identity helper scala rs json yml yaml xml conf cfg ini log pem crt txt "
        + "html sql md tpl erb svg png css page form screen dialog input link email sent mail auth_methods usages leak leaks");

    /// <summary>The first word of a name: it asks for a secret or speaks of one (<c>--ask-pass</c>, <c>--no-password</c>).</summary>
    public static readonly Set Asking = new("no ask prompt has is use uses using needs need require requires skip without show hide "
        + "hidden max min next num total");

    /// <summary>What holds a value, below or behind a secret's name.</summary>
    public static readonly Set Contents = new("value values val v string str text data content contents raw plain plaintext cleartext "
        + "current new old current_value new_value old_value newvalue oldvalue currentvalue stringvalue string_value s n b _ $ #text "
        + "secretstring default defaultvalue default_value");

    /// <summary>Before <c>token</c>: it is a place in a list or in a text.</summary>
    public static readonly Set OtherTokens = new(
        "next page continuation continue cursor sync resume start fencing cancellation cancel lexer parser unexpected end eof "
            + "delimiter bos "
        + "eos pad unk lex max min prompt completion input output total cached reasoning change shift forward pagination");

    /// <summary>Kinds of objects that a cluster's messages name: what follows in quotes is a name, and the kind no secret.</summary>
    public static readonly Set ResourceKinds = new("secret secrets configmap configmaps volume volumes pod pods pvc pv service services "
        + "serviceaccount serviceaccounts object resource token tokens certificate certificates issuer ingress ingresses key keys "
        + "namespace namespaces node nodes deployment statefulset daemonset job cronjob persistentvolumeclaim persistentvolume mount "
        + "clusterissuer externalsecret sealedsecret secretstore clustersecretstore credential credentials keyvault vault");

    /// <summary>A set of words, asked with spans.</summary>
    internal sealed class Set(string words)
    {
        private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _lookup =
            new HashSet<string>(words.Split(' '), StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

        /// <summary>Whether the word is one of them.</summary>
        public bool Has(ReadOnlySpan<char> word) => _lookup.Contains(word);
    }
}
