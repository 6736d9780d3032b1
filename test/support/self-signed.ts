/**
 * A certificate for `localhost` and 127.0.0.1 that signs itself, valid until 2120. For tests alone: its key is no secret,
 * and nothing outside of them may ever trust it.
 */
export const selfSigned = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBZzCCAQ2gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNuGPnbzVl8eJGa0
Iyk+ptxWmv7EPGHV3fE0muGdF4YZsKFsBT1fFhy7OrueR8U79wyyuBOCZ7nrJMiU
2+jVk9SjTjBMMA8GA1UdEwEB/wQFMAMBAf8wGgYDVR0RBBMwEYIJbG9jYWxob3N0
hwR/AAABMB0GA1UdDgQWBBTnFkMNJlP0Jl7zJIK7FwpcdttNwzAKBggqhkjOPQQD
AgNIADBFAiEA+PYL0aqKaeQ7Q4W8o+tWE07CVHrxS0fuEz5vTVr6wkcCIBFJGyDS
0N9scv4TSxS/GgUYYwwFyPEJy6MkyNeWjJme
-----END CERTIFICATE-----`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8jFsSCqoNkiZ/Fqv
HHk9Za9IFT5T9Y46SIacERWDtiyhRANCAATbhj5281ZfHiRmtCMpPqbcVpr+xDxh
1d3xNJrhnReGGbChbAU9XxYcuzq7nkfFO/cMsrgTgme56yTIlNvo1ZPU
-----END PRIVATE KEY-----`,
};
